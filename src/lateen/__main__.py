"""`python -m lateen`: the command line."""

from lateen.cli.main import main

main()
