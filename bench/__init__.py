"""What stepgraph costs, beside plain Python and beside LangGraph, in one run on one machine.

`python -m bench` from the root of the repository (or `make bench`; `make bench-peers` has LangGraph beside it)
prints a table, and writes the same figures, with every sample, as JSON under `bench/results/`.

How it measures:

- A *row* is one piece of work (`bench.rows`), done by up to four *sides*: stepgraph; plain Python; LangGraph, from the
  very code that builds stepgraph's graph; and the *yardstick*, the plain side of the row `loop` or `fan-out-1000`, in
  whose units the design states what stepgraph must reach and aims for (`bench.targets`).
- For runnables the peer is langchain-core, on which LangGraph stands: their rows call it in LangGraph's place.
- All sides of a row must return the same outcome before any is timed: they did the same work, or the row fails.
- A *round* times each side once, for about a fifth of a second, in an order that turns from round to round. Seven
  rounds make a row. A time is the median of the rounds (and the minimum beside it); a ratio is the median of the
  ratios within each round, so that a machine that slows down for a while slows both of its terms.
- Some rows measure themselves (`Row.gauged`), because most of what their jobs do is not what is asked: they fill a
  thread and time its last turns, or weigh a file. Of those the peer, which may be slow there, is asked once.
- Files are new for each call, in the system's folder for such files, and deleted afterwards.
- Garbage is collected before a side is timed and the collector is off while it is. What cyclic garbage a side left is
  counted and reported, because others pay for it later.
- Wall time is counted. On a machine that is busy with other things `--cpu` counts CPU time, which says nothing of what
  threads wait for each other, but holds still.
- The event loop exists before the clock starts, and every side has run before.
- LangGraph runs in a process of its own, by turns with ours: stepgraph serves langchain-core's context variables once
  that is loaded, which costs it something (`--hosting` measures that), and nobody's heap weighs on the others.

What it does not measure: memory, threads that contend, nodes that do something, and the very first call. What a disk
takes differs more than anything else from machine to machine; the plain sides of those rows write as often.
No figure is ever asserted; what is missed is printed.
"""
