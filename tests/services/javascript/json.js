module.exports = ({ res }) => res.json({ a: [1, 1.5, true, null], b: 'é "\n', c: {} });
