"""Proofs about rule packs, for every state, every speaker and every argument. Needs the extra `verify`."""

from .certificate import Certificate, certificate, certify
from .prover import Counterexample, Failure, Report, prove
from .smt import VerifyMissing

__all__ = [
    "Certificate",
    "Counterexample",
    "Failure",
    "Report",
    "VerifyMissing",
    "certificate",
    "certify",
    "prove",
]
