<?php
// Does nothing.
