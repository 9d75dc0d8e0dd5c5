document.getElementById("bigger").addEventListener("click", function () {
  document.body.classList.toggle("bigger");
});
