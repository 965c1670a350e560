"""The xDS protocol without I/O: shared views of resources, and sessions that bring one client up to date.

    resources ──► View (shared by all clients of the same world; knows what changed since a revision)
                    └──► Session (one client's stream) = one lane per type: its subscription, the revisions it
                         was sent, and what waits to be answered

A session keeps no list of what it sent: names and versions live in the views. Bytes come in by `receive`,
and `pending` gives the bytes that bring the client up to date; who carries them is not known here.
"""
