print("begun")
os.execute("sleep 60")
