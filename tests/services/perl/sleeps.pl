print "begun\n";
sleep 60;
