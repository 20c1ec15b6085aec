hook$res$write_head(201, "Made", list("X-A" = "b"))
cat("text\n")
