writeLines(c(
    hook$params$foo, hook[["foo"]], hook[["params"]][["foo"]], hook$req$params$foo, hook$input$params$foo,
    Hook$params$foo, Hook[["foo"]], service$params$foo, service[["foo"]], input$params$foo
))
