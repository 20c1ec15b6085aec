module.exports = ({ params, res }) => res.end([params.a.b, params.l[0], params.l[1]].join('\n'));
