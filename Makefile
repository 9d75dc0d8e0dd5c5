# For developers. Users need bin/audit and bin/test only.

LOCK = .venv/bin/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header --quiet
DEV_EXTRAS = --extra build --extra dev --extra bench --extra cluster --extra postgresql

.PHONY: check docs format lock pictures upgrade

# All checks and tests.
check:
	bin/test

# The pages of docs/ that are made from the code: catalogue, commands, schemes.
docs:
	.venv/bin/python -m tools.reference

# The pictures of the report in the README; takes the demo's report as OUT=folder, or makes one.
OUT = demo-out
pictures:
	[ -f $(OUT)/result.json ] || .venv/bin/auditor demo -o $(OUT)
	.venv/bin/python -m tools.pictures $(OUT)

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Both lock files after a change of dependencies in pyproject.toml; versions stay where they can.
# Needs uv in the environment (.venv/bin/pip install uv); installing needs pip alone.
lock:
	$(LOCK) --extra build --extra cluster -o requirements.lock
	$(LOCK) $(DEV_EXTRAS) --constraint requirements.lock -o requirements-dev.lock

# Both lock files with the newest versions that pyproject.toml allows.
upgrade:
	$(LOCK) --upgrade --extra build --extra cluster -o requirements.lock
	$(LOCK) --upgrade $(DEV_EXTRAS) --constraint requirements.lock -o requirements-dev.lock
