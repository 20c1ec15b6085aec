module.exports = ({ env, res }) => res.end([env.T_A, env.REQUEST_METHOD, process.env.HTTP_X_B].join('|'));
