puts begun
after 60000
