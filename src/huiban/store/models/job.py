# SPDX-License-Identifier: Apache-2.0
"""Effects to carry out after the commit (任务) and the periodic sweeps."""

from django.db import models


class JobState(models.TextChoices):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One effect; a worker holds it for the time of a lease and gives it back by dying."""

    kind = models.CharField(max_length=64)
    payload = models.TextField()
    unique_key = models.CharField(max_length=200, null=True, unique=True)
    state = models.CharField(max_length=16, choices=JobState.choices)
    run_after = models.DateTimeField()
    attempts = models.IntegerField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100)
    last_error = models.TextField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_job"
        indexes = (
            models.Index(
                fields=["run_after", "id"], name="job_ready", condition=models.Q(state="ready")
            ),
            models.Index(
                fields=["lease_until"], name="job_running", condition=models.Q(state="running")
            ),
            models.Index(fields=["finished_at"], name="job_done", condition=models.Q(state="done")),
            models.Index(fields=["id"], name="job_dead", condition=models.Q(state="dead")),
        )

    def __str__(self) -> str:
        return f"{self.kind}#{self.pk} {self.state}"


class Sweep(models.Model):
    """A periodic errand of the house; one row, one runner."""

    name = models.CharField(max_length=64, primary_key=True)
    last_run_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100)
    last_error = models.TextField()

    class Meta:
        db_table = "store_sweep"

    def __str__(self) -> str:
        return self.name
