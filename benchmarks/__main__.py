"""Run every benchmark, one after the other."""

from benchmarks import calls, frames, plots, recording, simswitch, words

if __name__ == "__main__":
    for module in (recording, frames, plots, calls, simswitch, words):
        print(f"\n{module.__name__}: {(module.__doc__ or '').splitlines()[0]}")
        module.main()
