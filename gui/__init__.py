"""The window: it shows what the engine does and knows nothing of how.

    app.py             starts Qt, the language, the log and the window
    main_window.py     puts the parts together; asks, shows, asks again
    document.py        the open photo and what is known of it: the only state that changes
    saving.py          asks what has to be asked before a file is written
    worker/            requests go in, results come out, on one thread for the program's life
    views/             the picture and what lies over it

A request goes from `Document` through `Inbox` to `Desk`, its results back through one signal to
`Document.accept`, which drops what is no longer wanted; then the window shows the document anew.
"""
