puts "begun"
sleep 60
