"""What is pressed or chosen: buttons, switches, boxes, each with a name."""
