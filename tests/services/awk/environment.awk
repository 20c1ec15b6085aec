BEGIN { print hook_env["T_A"] "|" hook_env["REQUEST_METHOD"] "|" ENVIRON["HTTP_X_B"] }
