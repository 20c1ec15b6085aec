# A Sinatra application with a fresh process for each request: `stack --warm fork app.rb`.
#
# `hook.rack` runs it. Forked, a request does not wait for Sinatra's files, which take longer than all the rest.
require "json"
require "sinatra/base"

class App < Sinatra::Base
  get "/" do
    content_type :text
    "Hello, #{params.fetch(:name, "world")}!\n"
  end

  post "/sum" do
    content_type :json
    JSON.generate(sum: JSON.parse(request.body.read).sum)
  end
end

hook.rack App
