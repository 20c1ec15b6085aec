printf '%s\n' "$hook_req_method" "$hook_req_url" "$hook_req_path" "$hook_req_query" "${hook_req_headers[x-a]}"
printf '%s\n' "$hook_req_host" "$hook_req_httpVersion" "$hook_req_connection_remoteAddress"
printf '%s\n' "$hook_req_id" "$hook_req_deadline" "${hook_req_params[a]}"
