echo 1
sleep 0.5
echo 2
sleep 0.5
echo 3
