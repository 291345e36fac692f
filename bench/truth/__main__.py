"""`python -m bench.truth`."""

from bench.truth.run import main

if __name__ == "__main__":
    raise SystemExit(main())
