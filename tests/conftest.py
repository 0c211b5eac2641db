"""What all tests stand on."""

import signal

# A shell starts its background jobs with Ctrl-C ignored, and a process passes that on: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
