module.exports = () => {
  throw new Error('no pictures here')
}
