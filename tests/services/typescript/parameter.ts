declare const hook: any;

hook.res.write(hook.params.v as string);
