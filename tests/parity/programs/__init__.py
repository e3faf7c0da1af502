"""One module a topic; every function with the single parameter `lg` is a program."""
