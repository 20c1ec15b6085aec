block = "0123456789abcde\n" * 4096
(100 * 1024 * 1024 / block.size).times { print block }
