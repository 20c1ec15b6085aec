# Answers one request with one script: `R -f bridge.R --args SCRIPT WORDS`.
#
# R is started with its base package alone and without its compiler, which takes a tenth of the time. The script is
# parsed, and what it calls is loaded, before the request document is opened; so a process can be started ahead and wait
# there. The work stands in stack.R: R takes fifty times as long to read a large file that it is started with.

sys.source(file.path(dirname(commandArgs()[[match("-f", commandArgs()) + 1L]]), "stack.R"), new.env(parent = baseenv()))

# Forced here, each expression of the script has no frame around it, as if R had been given the script itself.
while (.stack$advance()) if (.Internal(withVisible(.expression))$visible) print(.expression)
.stack$complete <- TRUE
