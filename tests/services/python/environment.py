import os

print(hook.env.T_A, hook["env"]["REQUEST_METHOD"], os.environ["HTTP_X_B"], sep="|")
