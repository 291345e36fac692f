@echo off
rem Makes .venv beside the project and puts the pinned packages into it. First argument: an extra, such as dev.
set EXTRA=%1
if not exist .venv\Scripts\python.exe (
  py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" || (
    echo Foleyline needs Python 3.11 or newer from python.org
    exit /b 1
  )
  py -3 -m venv .venv || exit /b 1
)
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch || exit /b 1
if "%EXTRA%"=="" (
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . || exit /b 1
) else (
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[%EXTRA%] || exit /b 1
)
