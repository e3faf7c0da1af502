"""What the pages say is true: their code runs, their output is what they print, and the example answers from them."""
