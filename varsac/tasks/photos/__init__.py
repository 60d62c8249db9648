"""Large photographs: where the files and their labels are, their pyramids, and objects hidden in them."""
