"""Where a message is written: its words, what is attached to it, and what waits to be sent.

``composer`` is the region; ``message_edit`` is its field and ``tool_row`` what stands below it, where
``effort_slider`` says how much thought goes into the answer; ``chip`` is one of ``attachment_chips``.
"""
