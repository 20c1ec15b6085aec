module.exports = function (hook) {
  const { params, req: { params: ofRequest }, input } = hook;
  const names = [
    hook.params.foo, hook['params']['foo'], Hook.params.foo, service.params.foo, globalThis.hook.params.foo,
    hook.req.params.foo, hook.input.params.foo, Hook.input.params.foo, service.req.params.foo,
    params.foo, ofRequest.foo, input.params.foo,
  ];
  hook.res.end(names.join('\n'));
};
