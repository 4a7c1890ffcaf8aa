# SPDX-License-Identifier: Apache-2.0
"""What cannot be undone unseen: chained ledgers (台账), the tree over all chains, checkpoints."""

from django.db import models


class LedgerEntry(models.Model):
    """One fact about what is no case: a seal, certificate, key or package; never changed."""

    chain = models.CharField(max_length=16)  # seal | certificate | credential | archive | request
    key = models.CharField(max_length=64)  # the thing's number
    seq = models.IntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    act = models.CharField(max_length=64)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)

    class Meta:
        db_table = "store_ledger"
        constraints = (models.UniqueConstraint(fields=["chain", "key", "seq"], name="ledger_seq"),)

    def __str__(self) -> str:
        return f"{self.chain} {self.key}#{self.seq} {self.act}"


class Checkpoint(models.Model):
    """One signed and timestamped head of the tree over all chains (检查点)."""

    number = models.BigIntegerField(primary_key=True)  # counts from 1
    at = models.DateTimeField()
    size = models.BigIntegerField()
    root_sha256 = models.CharField(max_length=64)
    root_sm3 = models.CharField(max_length=64)
    head = models.TextField()  # the canonical JSON that is signed
    signatures = models.TextField(default="[]")  # JSON list: profile, signature, certificate, chain
    token = models.TextField(default="")  # RFC 3161 token over the head, DER in base64
    missing = models.TextField(default="[]")  # JSON list: which of these could not be made, and why
    seen = models.TextField(default="{}")  # JSON: up to which row each kind of chain was looked at

    class Meta:
        db_table = "store_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint {self.number} of {self.size}"


class TreeLeaf(models.Model):
    """The end of one chain at one checkpoint: a leaf of the tree, in its place for ever."""

    place = models.BigIntegerField(primary_key=True)  # counts from 0
    chain = models.CharField(max_length=16)  # case | inquiry | any chain of the ledger
    key = models.CharField(max_length=64)
    seq = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)
    checkpoint = models.BigIntegerField()

    class Meta:
        db_table = "store_tree_leaf"
        constraints = (
            models.UniqueConstraint(fields=["chain", "key", "seq"], name="tree_leaf_once"),
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.chain} {self.key}#{self.seq}"


class TreeTile(models.Model):
    """256 nodes of one level of the tree side by side, so that no proof reads the whole tree."""

    hash_name = models.CharField(max_length=8)
    level = models.IntegerField()
    place = models.BigIntegerField()
    nodes = models.BinaryField()

    class Meta:
        db_table = "store_tree_tile"
        constraints = (
            models.UniqueConstraint(fields=["hash_name", "level", "place"], name="tree_tile_once"),
        )

    def __str__(self) -> str:
        return f"{self.hash_name} level {self.level} tile {self.place}"
