"""Work off the GUI thread.

The window puts a frozen request into the `Inbox`; `EngineThread` takes it out; `Desk` serves it by
calling the engine and tells frozen results as they come; the thread's one signal carries them
back. Nothing that changes crosses the border.
"""
