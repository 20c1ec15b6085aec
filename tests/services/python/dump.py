def block(text):
    return f"{len(text.encode())}:{text}"


for name, value in hook.params.items():
    print(block(name) + block(value), end="")
