"""What is to be learned: labelled images with their proxies, by task and split."""
