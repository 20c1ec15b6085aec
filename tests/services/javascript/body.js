module.exports = ({ req, res }) => req.pipe(res);
