{ print "got " $0 }
