# SPDX-License-Identifier: Apache-2.0
"""The addresses of the desk."""

from django.urls import path

from huiban.web.desk import (
    act,
    administer,
    archive,
    case,
    cases,
    certificate,
    certificates,
    check,
    disputes,
    promises,
    rates,
    resources,
    todo,
)

urlpatterns = [
    path("desk", todo.todo),
    path("desk/cases", cases.cases),
    path("desk/cases/<str:number>", case.case),
    path("desk/cases/<str:number>/do", act.act_at_once),
    path("desk/cases/<str:number>/reveal", case.reveal),
    path("desk/cases/<str:number>/check", check.check_again),
    path("desk/cases/<str:number>/check/reveal", check.reveal),
    path("desk/cases/<str:number>/act/<str:name>", act.act),
    path("desk/cases/<str:number>/promises/<str:code>", promises.check),
    path("desk/certificates", certificates.listing),
    path("desk/certificates/<str:number>", certificate.show),
    path("desk/certificate-kinds", certificates.kinds),
    path("desk/disputes", disputes.listing),
    path("desk/disputes/<str:number>", disputes.show),
    path("desk/disputes/<str:number>/reveal", disputes.reveal),
    path("desk/disputes/<str:number>/evidence", disputes.evidence),
    path("desk/resources", resources.resources),
    path("desk/resources/<str:key>", resources.resource),
    path("desk/rates", rates.rates),
    path("desk/rates/download", rates.download),
    path("desk/calendar", administer.calendar),
    path("desk/system", administer.system),
    path("desk/audit", administer.audit),
    path("desk/archive", archive.listing),
    path("desk/archive/<str:number>", archive.show),
    path("desk/archive/<str:number>/check", archive.check),
    path("desk/archive/<str:number>/download", archive.download),
    path("desk/archive/<str:number>/dispose", archive.dispose),
]
