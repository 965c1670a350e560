"""The incremental engine: collections that are computed from collections, again only where something changed.

The picture: a street of tables, numbered in the order they were built. Facts are put into the first
tables (inputs); every other table fills itself from tables with smaller numbers. Who looked at which row
is written down while looking. When a row changes, those who looked at it, and nobody else, look again; when
what they make is equal to what they made before, the change ends there.

Laws
- A table reads only tables that were built before it: no cycles, and one pass in order settles everything.
- An equal result stops propagation.
- Only what read a changed row runs. Nothing costs the size of a table when one row of it changed, except
  what asked for the whole table, and a product's other side.
- A computation is a function of what it reads: no clock, no I/O, no writing.
- A computation that raises keeps its last result, and is recorded and logged. The street goes on.
- The settled state depends on the inputs alone, never on the order or the grouping of changes
  (but for the last results that failing computations keep).

Glossary
- collection: a named table, key to value; its rank is its place in the street. Keys are hashable and sort.
- input: a collection that is filled from outside. derived: one that computes itself.
- task: one computation of a derived collection: a source key, a pair of keys, or a wanted key.
- demand: a collection that computes only the keys that somebody wants.
- index: rows of a collection found by something else than their key; a bucket is one index key's rows.
- read: what a computation looks through; all that it looks at is remembered until its next run.
- dirty: a task that must run again; the change that made it so is its cause.
- step: run some dirty tasks. settle: run them all, then tell subscribers what changed.
- event: one line in a bounded ring: what ran, what came of it, and because of what.
"""

from lateen.reactive.collection import Collection, Input
from lateen.reactive.derived import Demand, Derived
from lateen.reactive.engine import Engine
from lateen.reactive.index import Index
from lateen.reactive.read import OutOfOrder, Read
from lateen.reactive.work import Event

__all__ = ["Collection", "Demand", "Derived", "Engine", "Event", "Index", "Input", "OutOfOrder", "Read"]
