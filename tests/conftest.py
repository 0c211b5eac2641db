"""What all tests stand on."""

import signal

# A shell starts background jobs with Ctrl-C ignored, which processes pass on: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
