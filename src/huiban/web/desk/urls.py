# SPDX-License-Identifier: Apache-2.0
"""The addresses of the desk."""

from django.urls import path

from huiban.web.desk import act, administer, case, cases, rates, resources, todo

urlpatterns = [
    path("desk", todo.todo),
    path("desk/cases", cases.cases),
    path("desk/cases/<str:number>", case.case),
    path("desk/cases/<str:number>/do", act.act_at_once),
    path("desk/cases/<str:number>/reveal", case.reveal),
    path("desk/cases/<str:number>/act/<str:name>", act.act),
    path("desk/resources", resources.resources),
    path("desk/resources/<str:key>", resources.resource),
    path("desk/rates", rates.rates),
    path("desk/rates/download", rates.download),
    path("desk/calendar", administer.calendar),
    path("desk/system", administer.system),
    path("desk/audit", administer.audit),
]
