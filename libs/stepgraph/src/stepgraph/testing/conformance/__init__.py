"""The contracts of savers, stores and caches, as test classes that authors subclass; needs pytest."""

from stepgraph.testing.conformance.cache import CacheConformance
from stepgraph.testing.conformance.clock import Clock
from stepgraph.testing.conformance.rule import BrokenRuleError, Rule
from stepgraph.testing.conformance.saver import SaverConformance
from stepgraph.testing.conformance.store import StoreConformance
from stepgraph.testing.conformance.suite import Suite, broken_rules, rules_of

__all__ = [
    "BrokenRuleError",
    "CacheConformance",
    "Clock",
    "Rule",
    "SaverConformance",
    "StoreConformance",
    "Suite",
    "broken_rules",
    "rules_of",
]
