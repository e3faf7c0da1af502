"""Lets tests import the example, as running it does."""

import sys

from tests.docs.page import ROOT

sys.path.insert(0, str(ROOT / "docs/examples"))
