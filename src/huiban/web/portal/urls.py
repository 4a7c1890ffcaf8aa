# SPDX-License-Identifier: Apache-2.0
"""The addresses of the portal."""

from django.urls import path

from huiban.web.portal import (
    apply,
    doubt,
    guide,
    home,
    materials,
    mine,
    my_data,
    papers,
    summary,
    supply,
)

urlpatterns = [
    path("", home.home),
    path("search", home.search),
    path("items/<str:code>", guide.show),
    path("items/<str:code>/apply", apply.begin),
    path("drafts/<str:number>/materials", materials.materials),
    path("drafts/<str:number>/upload", materials.upload),
    path("drafts/<str:number>/summary", summary.summary),
    path("drafts/<str:number>/discard", summary.discard),
    path("drafts/<str:number>/ask-again", apply.ask_again),
    path("drafts/<str:number>/consent", apply.consent),
    path("drafts/<str:number>/doubt/<str:key>", doubt.doubt),
    path("drafts/<str:number>/<str:section>", apply.step),
    path("drafts/<str:number>/<str:section>/autosave", apply.autosave),
    path("drafts/<str:number>/<str:section>/late", apply.late),
    path("cases", mine.cases),
    path("cases/<str:number>", mine.case),
    path("cases/<str:number>/correct", mine.correct),
    path("cases/<str:number>/supply", supply.supply),
    path("cases/<str:number>/retract", mine.retract),
    path("messages", mine.told),
    path("my-data", my_data.show),
    path("my-data/withdraw", my_data.withdraw),
    path("certificates", papers.certificates),
    path("certificates/<str:number>", papers.certificate),
    path("verify", papers.verify),
    path("verify/<str:code>", papers.verify),
    path("files/<str:number>", papers.file),
    path("files/<str:number>/pages/<int:page>", papers.file_page),
    path("documents/<str:number>", papers.document),
    path("documents/<str:number>/pages/<int:page>", papers.document_page),
]
