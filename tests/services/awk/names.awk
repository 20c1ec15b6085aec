# Only gawk has variables by the names of parameters.
BEGIN {
    print hook_params["foo"]
    print Hook_params["foo"]
    print ("NR" in SYMTAB) ? hook_params_foo : hook_params["foo"]
    print ("NR" in SYMTAB) ? Hook_params_foo : Hook_params["foo"]
}
