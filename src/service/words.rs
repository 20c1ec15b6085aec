//! The long words of the table of languages.

/// Makes R print its own program and, as the wrapper before it sets them, the variables that it cannot start
/// without. The bridge attaches the default packages when they are needed.
pub(super) const R_WHEREABOUTS: &str = "v<-c('R_HOME','R_SHARE_DIR','R_INCLUDE_DIR','R_DOC_DIR','LD_LIBRARY_PATH');\
    cat(paste0(R.home('bin'),'/exec',.Platform$r_arch,'/R'),paste0(v,'=',Sys.getenv(v)),\
    'R_DEFAULT_PACKAGES=NULL','R_ENABLE_JIT=0',sep='\\n')";

/// Functions that mean nothing on PHP's command line, with those that php.ini disables. What is disabled can
/// be declared anew, as the bridge does.
pub(super) const PHP_DISABLED: &str = "-ddisable_functions=${disable_functions},header,header_remove,headers_list,\
    http_response_code,setcookie,setrawcookie,is_uploaded_file,move_uploaded_file,filter_has_var,\
    filter_input,filter_input_array";
