const names = ['PATH', 'LD_PRELOAD', 'BASH_ENV', 'https_proxy', 'IFS'];

module.exports = ({ res }) => res.end(names.map(name => `${name}=${process.env[name] ?? ''}`).join('\n'));
