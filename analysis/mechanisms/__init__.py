"""Where the decline of price comes from: dated innovations, fixed and changed graphs, training and inference."""
